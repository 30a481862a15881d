/** Random inputs for parsers: the corpus, its changes, and the ways to run them. */
@org.jspecify.annotations.NullMarked
package io.postern.fuzzing;
