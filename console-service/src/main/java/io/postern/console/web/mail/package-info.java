/** Pages about messages and refusals: search, lives, explanations, texts for the partner. */
@NullMarked
package io.postern.console.web.mail;

import org.jspecify.annotations.NullMarked;
