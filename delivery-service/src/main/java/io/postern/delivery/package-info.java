/** Relays mail at the TLS level that was required: settings, start, health and metrics. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery;
