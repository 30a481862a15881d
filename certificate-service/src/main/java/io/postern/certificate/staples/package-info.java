/**
 * Responders' answers about our own server certificates, for ingress to staple: asked for ahead of
 * their end and published.
 */
@org.jspecify.annotations.NullMarked
package io.postern.certificate.staples;
