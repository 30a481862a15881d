/** Strangers' texts as people are shown them, on screens and in spreadsheets. */
@NullMarked
package io.postern.texts;

import org.jspecify.annotations.NullMarked;
