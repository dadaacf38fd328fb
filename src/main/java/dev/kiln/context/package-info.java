/** Contexts that are uploaded once and read by many jobs: their door, their time. */
@org.jspecify.annotations.NullMarked
package dev.kiln.context;
