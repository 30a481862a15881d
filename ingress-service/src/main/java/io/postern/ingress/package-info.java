/** Takes mail over SMTP and TLS and replies 250 when the log has it: settings, start and health. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress;
