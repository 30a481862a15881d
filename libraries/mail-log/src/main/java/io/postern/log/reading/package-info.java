/** The life of readers of the log, views held in memory, and records read back by offset. */
@org.jspecify.annotations.NullMarked
package io.postern.log.reading;
