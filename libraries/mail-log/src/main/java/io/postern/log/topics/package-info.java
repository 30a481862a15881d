/** The log's topics, made or verified. */
@org.jspecify.annotations.NullMarked
package io.postern.log.topics;
