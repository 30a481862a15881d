/**
 * What all pages have in common: the frame around them, texts, forms, links, and the proof that a
 * form is ours.
 */
@NullMarked
package io.postern.console.web.frame;

import org.jspecify.annotations.NullMarked;
