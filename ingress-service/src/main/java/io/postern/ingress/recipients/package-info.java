/**
 * Does a recipient's mailbox exist? Asked of the domain's mailbox route, which delivery-service
 * dials; questions and answers go over the log (docs/guides/recipients.md).
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.recipients;
