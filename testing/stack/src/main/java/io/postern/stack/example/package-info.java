/** The example partner, mailbox and strangers, their certificates, and the sample messages. */
@NullMarked
package io.postern.stack.example;

import org.jspecify.annotations.NullMarked;
