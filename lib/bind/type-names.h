/* SPDX-License-Identifier: MIT */
/*
 * Type names whose meaning is known without the header that declares them, on 64-bit Linux.
 *
 * X(name, kind, width in bytes, signed). Names that mean different things in different projects are not here: an argument that
 * is read wrongly is worse than one that is refused.
 */
#ifndef ASPAN_BIND_TYPE_NAMES_H
#define ASPAN_BIND_TYPE_NAMES_H

#define ASPAN_BIND_TYPE_NAMES(X)                                                                   \
	X(bool, INTEGER, 1, false)                                                                 \
	X(_Bool, INTEGER, 1, false)                                                                \
	X(char8_t, INTEGER, 1, false)                                                              \
	X(char16_t, INTEGER, 2, false)                                                             \
	X(char32_t, INTEGER, 4, false)                                                             \
	X(wchar_t, INTEGER, 4, ASPAN_BIND_WCHAR_IS_SIGNED)                                         \
	X(wint_t, INTEGER, 4, false)                                                               \
	X(int8_t, INTEGER, 1, true)                                                                \
	X(int16_t, INTEGER, 2, true)                                                               \
	X(int32_t, INTEGER, 4, true)                                                               \
	X(int64_t, INTEGER, 8, true)                                                               \
	X(uint8_t, INTEGER, 1, false)                                                              \
	X(uint16_t, INTEGER, 2, false)                                                             \
	X(uint32_t, INTEGER, 4, false)                                                             \
	X(uint64_t, INTEGER, 8, false)                                                             \
	X(int_least8_t, INTEGER, 1, true)                                                          \
	X(int_least16_t, INTEGER, 2, true)                                                         \
	X(int_least32_t, INTEGER, 4, true)                                                         \
	X(int_least64_t, INTEGER, 8, true)                                                         \
	X(uint_least8_t, INTEGER, 1, false)                                                        \
	X(uint_least16_t, INTEGER, 2, false)                                                       \
	X(uint_least32_t, INTEGER, 4, false)                                                       \
	X(uint_least64_t, INTEGER, 8, false)                                                       \
	X(int_fast8_t, INTEGER, 1, true)                                                           \
	X(int_fast16_t, INTEGER, 8, true)                                                          \
	X(int_fast32_t, INTEGER, 8, true)                                                          \
	X(int_fast64_t, INTEGER, 8, true)                                                          \
	X(uint_fast8_t, INTEGER, 1, false)                                                         \
	X(uint_fast16_t, INTEGER, 8, false)                                                        \
	X(uint_fast32_t, INTEGER, 8, false)                                                        \
	X(uint_fast64_t, INTEGER, 8, false)                                                        \
	X(intmax_t, INTEGER, 8, true)                                                              \
	X(uintmax_t, INTEGER, 8, false)                                                            \
	X(intptr_t, INTEGER, 8, true)                                                              \
	X(uintptr_t, INTEGER, 8, false)                                                            \
	X(ptrdiff_t, INTEGER, 8, true)                                                             \
	X(size_t, INTEGER, 8, false)                                                               \
	X(ssize_t, INTEGER, 8, true)                                                               \
	X(off_t, INTEGER, 8, true)                                                                 \
	X(off64_t, INTEGER, 8, true)                                                               \
	X(loff_t, INTEGER, 8, true)                                                                \
	X(time_t, INTEGER, 8, true)                                                                \
	X(clock_t, INTEGER, 8, true)                                                               \
	X(suseconds_t, INTEGER, 8, true)                                                           \
	X(useconds_t, INTEGER, 4, false)                                                           \
	X(clockid_t, INTEGER, 4, true)                                                             \
	X(dev_t, INTEGER, 8, false)                                                                \
	X(ino_t, INTEGER, 8, false)                                                                \
	X(ino64_t, INTEGER, 8, false)                                                              \
	X(mode_t, INTEGER, 4, false)                                                               \
	X(pid_t, INTEGER, 4, true)                                                                 \
	X(uid_t, INTEGER, 4, false)                                                                \
	X(gid_t, INTEGER, 4, false)                                                                \
	X(id_t, INTEGER, 4, false)                                                                 \
	X(key_t, INTEGER, 4, true)                                                                 \
	X(socklen_t, INTEGER, 4, false)                                                            \
	X(sa_family_t, INTEGER, 2, false)                                                          \
	X(in_port_t, INTEGER, 2, false)                                                            \
	X(in_addr_t, INTEGER, 4, false)                                                            \
	X(pthread_t, INTEGER, 8, false)                                                            \
	X(u_char, INTEGER, 1, false)                                                               \
	X(u_short, INTEGER, 2, false)                                                              \
	X(u_int, INTEGER, 4, false)                                                                \
	X(u_long, INTEGER, 8, false)                                                               \
	X(ushort, INTEGER, 2, false)                                                               \
	X(uint, INTEGER, 4, false)                                                                 \
	X(ulong, INTEGER, 8, false)                                                                \
	X(u_int8_t, INTEGER, 1, false)                                                             \
	X(u_int16_t, INTEGER, 2, false)                                                            \
	X(u_int32_t, INTEGER, 4, false)                                                            \
	X(u_int64_t, INTEGER, 8, false)                                                            \
	X(__s8, INTEGER, 1, true)                                                                  \
	X(__s16, INTEGER, 2, true)                                                                 \
	X(__s32, INTEGER, 4, true)                                                                 \
	X(__s64, INTEGER, 8, true)                                                                 \
	X(__u8, INTEGER, 1, false)                                                                 \
	X(__u16, INTEGER, 2, false)                                                                \
	X(__u32, INTEGER, 4, false)                                                                \
	X(__u64, INTEGER, 8, false)                                                                \
	X(__int128_t, WIDE_INTEGER, 16, true)                                                      \
	X(__uint128_t, WIDE_INTEGER, 16, false)                                                    \
	/* GLib */                                                                                 \
	X(gboolean, INTEGER, 4, true)                                                              \
	X(gchar, INTEGER, 1, ASPAN_BIND_CHAR_IS_SIGNED)                                            \
	X(guchar, INTEGER, 1, false)                                                               \
	X(gshort, INTEGER, 2, true)                                                                \
	X(gushort, INTEGER, 2, false)                                                              \
	X(gint, INTEGER, 4, true)                                                                  \
	X(guint, INTEGER, 4, false)                                                                \
	X(glong, INTEGER, 8, true)                                                                 \
	X(gulong, INTEGER, 8, false)                                                               \
	X(gint8, INTEGER, 1, true)                                                                 \
	X(gint16, INTEGER, 2, true)                                                                \
	X(gint32, INTEGER, 4, true)                                                                \
	X(gint64, INTEGER, 8, true)                                                                \
	X(guint8, INTEGER, 1, false)                                                               \
	X(guint16, INTEGER, 2, false)                                                              \
	X(guint32, INTEGER, 4, false)                                                              \
	X(guint64, INTEGER, 8, false)                                                              \
	X(gsize, INTEGER, 8, false)                                                                \
	X(gssize, INTEGER, 8, true)                                                                \
	X(gfloat, FLOAT, 4, true)                                                                  \
	X(gdouble, DOUBLE, 8, true)                                                                \
	X(gpointer, POINTER, 8, false)                                                             \
	X(gconstpointer, POINTER, 8, false)                                                        \
	/* Qt */                                                                                   \
	X(qint8, INTEGER, 1, true)                                                                 \
	X(qint16, INTEGER, 2, true)                                                                \
	X(qint32, INTEGER, 4, true)                                                                \
	X(qint64, INTEGER, 8, true)                                                                \
	X(quint8, INTEGER, 1, false)                                                               \
	X(quint16, INTEGER, 2, false)                                                              \
	X(quint32, INTEGER, 4, false)                                                              \
	X(quint64, INTEGER, 8, false)                                                              \
	X(qlonglong, INTEGER, 8, true)                                                             \
	X(qulonglong, INTEGER, 8, false)                                                           \
	X(uchar, INTEGER, 1, false)

#endif
