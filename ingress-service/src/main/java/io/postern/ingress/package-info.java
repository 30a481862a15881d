/** The service that takes mail over SMTP and TLS: settings, start and health. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress;
