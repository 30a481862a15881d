/**
 * Contracts with programs, scripts and data of the version before, compared with the state that was
 * accepted last (docs/decisions/0075-contracts-are-compared-with-the-accepted-state.md).
 */
@NullMarked
package io.postern.lab.contracts;

import org.jspecify.annotations.NullMarked;
