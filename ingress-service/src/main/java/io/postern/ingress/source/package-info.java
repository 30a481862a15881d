/** Whose a session is, for counting by client address. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.source;
