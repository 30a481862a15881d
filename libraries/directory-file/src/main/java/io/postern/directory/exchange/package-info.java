/**
 * Exchange's connectors and accepted domains as PowerShell writes them to files, and their way into
 * a directory file and back into commands (docs/guides/exchange.md). No input or output.
 */
@NullMarked
package io.postern.directory.exchange;

import org.jspecify.annotations.NullMarked;
