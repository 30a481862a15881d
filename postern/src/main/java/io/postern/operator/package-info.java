/**
 * The program {@code postern}: asks an installation, and sets one up. It reads the topics and calls
 * the services' APIs.
 */
@NullMarked
package io.postern.operator;

import org.jspecify.annotations.NullMarked;
