/**
 * The few fields of each record that the audit needs, read from the bytes without building the
 * rest. The field numbers are the contract's.
 */
@NullMarked
package io.postern.operator.audit.wire;

import org.jspecify.annotations.NullMarked;
