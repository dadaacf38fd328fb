/** Access tokens of an OpenID Connect issuer: whether they are good, and what they say. */
@org.jspecify.annotations.NullMarked
package dev.kiln.access.oidc;
