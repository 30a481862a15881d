/** The users of an installation: a file that its services share, and who may change it. */
@NullMarked
package io.postern.api.users;

import org.jspecify.annotations.NullMarked;
