/** Copies the content of held messages to where it outlives mail.content. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.keeper;
