/** Contents read from the log, many at once. */
@org.jspecify.annotations.NullMarked
package io.postern.log.content;
