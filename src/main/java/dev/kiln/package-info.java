/** Kiln: an asynchronous job queue that runs other people's code in single-use sandboxes. */
@org.jspecify.annotations.NullMarked
package dev.kiln;
