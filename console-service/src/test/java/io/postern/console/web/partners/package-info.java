@NullMarked
package io.postern.console.web.partners;

import org.jspecify.annotations.NullMarked;
