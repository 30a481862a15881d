/** Attribution: the session's facts against the connectors, certificate verdicts included. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.attribution;
