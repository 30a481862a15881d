/**
 * What a directory must keep to, before it is written, and what is allowed but probably not meant.
 * Pure.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.checks;
