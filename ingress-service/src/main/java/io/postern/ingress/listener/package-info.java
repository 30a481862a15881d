/**
 * Accepts connections within their limits, watches over open sessions, and keeps the TLS key
 * current.
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.listener;
