/** A message's way into the log, and the record of what was refused. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.intake;
