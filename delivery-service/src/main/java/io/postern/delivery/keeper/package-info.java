/** The copying of held messages' contents to mail.content.held, where they outlive mail.content. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.keeper;
