/**
 * The directory as people write and read it: a YAML file and its JSON twin, in the spelling of
 * Exchange's parameters. No I/O.
 */
@NullMarked
package io.postern.policy.file;

import org.jspecify.annotations.NullMarked;
