/** The durable way into the log: messages, held contents, contents of our own. */
@org.jspecify.annotations.NullMarked
package io.postern.log.sending;
