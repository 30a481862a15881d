/** The SMTP dialogue of one connection, straight-line beside RFC 5321. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.session;
