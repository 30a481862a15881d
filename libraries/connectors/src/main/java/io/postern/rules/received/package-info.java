/** Reading Received fields that others wrote; no input or output. */
@org.jspecify.annotations.NullMarked
package io.postern.rules.received;
