/** The source of a session, for counting by client address. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.source;
