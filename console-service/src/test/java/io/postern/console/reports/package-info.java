@NullMarked
package io.postern.console.reports;

import org.jspecify.annotations.NullMarked;
