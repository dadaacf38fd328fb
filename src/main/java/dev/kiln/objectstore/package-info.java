/**
 * The object store, where a site has one: what of a result is too large for a row is put there
 * before the row is written, read from there, and removed from there. The only package that sees
 * the S3 client.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.objectstore;
