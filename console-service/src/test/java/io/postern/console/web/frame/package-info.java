@NullMarked
package io.postern.console.web.frame;

import org.jspecify.annotations.NullMarked;
