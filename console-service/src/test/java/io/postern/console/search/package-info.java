@NullMarked
package io.postern.console.search;

import org.jspecify.annotations.NullMarked;
