/** Mail in and out over time, by its TLS. */
@NullMarked
package io.postern.console.flow;

import org.jspecify.annotations.NullMarked;
