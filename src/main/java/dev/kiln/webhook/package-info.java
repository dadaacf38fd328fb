/**
 * Posts completion events to the receivers that submissions named: signed, retried, and to public
 * addresses only.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.webhook;
