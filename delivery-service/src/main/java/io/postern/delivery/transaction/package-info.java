/** The SMTP and LMTP client: connections, dialogue and what became of each recipient. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.transaction;
