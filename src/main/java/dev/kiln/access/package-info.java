/** Who may do what over HTTP: keys, roles, tenants, quotas, and the audit of it. */
@org.jspecify.annotations.NullMarked
package dev.kiln.access;
