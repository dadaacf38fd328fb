/** What holds for every HTTP request, whatever it is for. */
@org.jspecify.annotations.NullMarked
package dev.kiln.http;
