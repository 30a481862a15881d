/** Searches of messages and refusals, and their API. */
@NullMarked
package io.postern.console.search;

import org.jspecify.annotations.NullMarked;
