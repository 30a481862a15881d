/** Kafka's topics that more than one part of the service follows. */
@org.jspecify.annotations.NullMarked
package io.postern.certificate.topics;
