/**
 * The event types, as facts: one row each, read by table.ts.
 *
 *     code direction name category class flags | parameter …
 *
 * A parameter is `name:TYPE`, then as needed `/format` (default: decimal for numbers, none for
 * text), `=flag table`, `@index of the parameter with the directory it is relative to`, and
 * `?set of types one of which the value has`. Facts of falcosecurity/libs driver/event_table.c.
 */
export const EVENT_ROWS = `
0 > syscall other syscall old,converted | ID:SYSCALLID nativeID:UINT16
1 < syscall other syscall converted | ID:SYSCALLID nativeID:UINT16
2 > open file syscall creates,state,converted | name:FSPATH flags:FLAGS32/hex=file_flags mode:UINT32/oct
3 < open file syscall creates,state,converted | fd:FD name:FSPATH flags:FLAGS32/hex=file_flags mode:UINT32/oct dev:UINT32/hex ino:UINT64
4 > close io-other syscall destroys,uses,state,old,converted | fd:FD
5 < close io-other syscall destroys,uses,state,converted | res:ERRNO fd:FD
6 > read io-read syscall uses,reads,old,converted | fd:FD size:UINT32
7 < read io-read syscall uses,reads,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32
8 > write io-write syscall uses,writes,old,converted | fd:FD size:UINT32
9 < write io-write syscall uses,writes,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32
10 > brk memory syscall old,converted | size:UINT32
11 < brk memory syscall old,converted | res:UINT64/hex
12 > execve process syscall state,old,converted
13 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64
14 > clone process syscall state,old
15 < clone process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
16 > procexit process tracepoint state,old,converted
17 < NA unknown none unused
18 > socket net syscall creates,state,old,converted | domain:ENUMFLAGS32=socket_families type:UINT32 proto:UINT32
19 < socket net syscall creates,state,converted | fd:FD domain:ENUMFLAGS32=socket_families type:UINT32 proto:UINT32 flags:FLAGS32/hex=file_flags
20 > bind net syscall uses,state,old,converted | fd:FD
21 < bind net syscall uses,state,converted | res:ERRNO addr:SOCKADDR fd:FD
22 > connect net syscall uses,state,converted | fd:FD addr:SOCKADDR
23 < connect net syscall uses,state,converted | res:ERRNO tuple:SOCKTUPLE fd:FD addr:SOCKADDR
24 > listen net syscall uses,old,converted | fd:FD backlog:INT32
25 < listen net syscall uses,converted | res:ERRNO fd:FD backlog:INT32
26 > accept net syscall creates,state,old
27 < accept net syscall creates,state,old,converted | fd:FD tuple:SOCKTUPLE queuepct:UINT8
28 > send io-write syscall uses,writes,old,converted | fd:FD size:UINT32
29 < send io-write syscall uses,writes,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 tuple:SOCKTUPLE
30 > sendto io-write syscall uses,writes,state,old,converted | fd:FD size:UINT32 tuple:SOCKTUPLE
31 < sendto io-write syscall uses,writes,state,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 tuple:SOCKTUPLE
32 > recv io-read syscall uses,reads,old,converted | fd:FD size:UINT32
33 < recv io-read syscall uses,reads,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 tuple:SOCKTUPLE
34 > recvfrom io-read syscall uses,reads,state,old,converted | fd:FD size:UINT32
35 < recvfrom io-read syscall uses,reads,state,converted | res:ERRNO data:BYTEBUF tuple:SOCKTUPLE fd:FD size:UINT32
36 > shutdown net syscall uses,state,old,converted | fd:FD how:ENUMFLAGS8/hex=shutdown_how
37 < shutdown net syscall uses,state,converted | res:ERRNO fd:FD how:ENUMFLAGS8/hex=shutdown_how
38 > getsockname net syscall old
39 < getsockname net syscall -
40 > getpeername net syscall old
41 < getpeername net syscall -
42 > socketpair ipc syscall creates,state,old,converted | domain:ENUMFLAGS32=socket_families type:UINT32 proto:UINT32
43 < socketpair ipc syscall creates,state,converted | res:ERRNO fd1:FD fd2:FD source:UINT64/hex peer:UINT64/hex domain:ENUMFLAGS32=socket_families type:UINT32 proto:UINT32
44 > setsockopt net syscall old
45 < setsockopt net syscall uses | res:ERRNO fd:FD level:ENUMFLAGS8=sockopt_levels optname:ENUMFLAGS8=sockopt_options val:DYN?sockopt optlen:UINT32
46 > getsockopt net syscall state,old
47 < getsockopt net syscall uses,state | res:ERRNO fd:FD level:ENUMFLAGS8=sockopt_levels optname:ENUMFLAGS8=sockopt_options val:DYN?sockopt optlen:UINT32
48 > sendmsg io-write syscall uses,writes,state,old,converted | fd:FD size:UINT32 tuple:SOCKTUPLE
49 < sendmsg io-write syscall uses,writes,state,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 tuple:SOCKTUPLE
50 > sendmmsg io-write syscall old
51 < sendmmsg io-write syscall uses,writes,state,converted | res:ERRNO fd:FD size:UINT32 data:BYTEBUF tuple:SOCKTUPLE
52 > recvmsg io-read syscall uses,reads,state,old,converted | fd:FD
53 < recvmsg io-read syscall uses,reads,state,converted | res:ERRNO size:UINT32 data:BYTEBUF tuple:SOCKTUPLE msgcontrol:BYTEBUF fd:FD
54 > recvmmsg io-read syscall old
55 < recvmmsg io-read syscall uses,reads,state,converted | res:ERRNO fd:FD size:UINT32 data:BYTEBUF tuple:SOCKTUPLE msgcontrol:BYTEBUF
56 > accept net syscall creates,state,old,converted | flags:INT32/hex
57 < accept net syscall creates,state,old,converted | fd:FD tuple:SOCKTUPLE queuepct:UINT8
58 > creat file syscall creates,state,converted | name:FSPATH mode:UINT32/oct
59 < creat file syscall creates,state,converted | fd:FD name:FSPATH mode:UINT32/oct dev:UINT32/hex ino:UINT64 creat_flags:FLAGS16/hex=creat_flags
60 > pipe ipc syscall creates,state,old
61 < pipe ipc syscall creates,state | res:ERRNO fd1:FD fd2:FD ino:UINT64
62 > eventfd ipc syscall creates,state,old,converted | initval:UINT64 flags:UINT32/hex
63 < eventfd ipc syscall creates,state,converted | res:FD initval:UINT64 flags:UINT32/hex
64 > futex ipc syscall old,converted | addr:UINT64/hex op:FLAGS16/hex=futex_operations val:UINT64
65 < futex ipc syscall converted | res:ERRNO addr:UINT64/hex op:FLAGS16/hex=futex_operations val:UINT64
66 > stat file syscall old
67 < stat file syscall - | res:ERRNO path:FSPATH
68 > lstat file syscall old
69 < lstat file syscall - | res:ERRNO path:FSPATH
70 > fstat file syscall uses,old,converted | fd:FD/na
71 < fstat file syscall uses,converted | res:ERRNO fd:FD/na
72 > stat64 file syscall old
73 < stat64 file syscall - | res:ERRNO path:FSPATH
74 > lstat64 file syscall old
75 < lstat64 file syscall - | res:ERRNO path:FSPATH
76 > fstat64 file syscall uses,old | fd:FD/na
77 < fstat64 file syscall - | res:ERRNO
78 > epoll_wait wait syscall waits,old,converted | maxevents:ERRNO
79 < epoll_wait wait syscall waits,converted | res:ERRNO maxevents:ERRNO
80 > poll wait syscall waits,old,converted | fds:FDLIST/dec timeout:INT64
81 < poll wait syscall waits,converted | res:ERRNO fds:FDLIST/dec timeout:INT64
82 > select wait syscall waits,old
83 < select wait syscall waits | res:ERRNO
84 > select wait syscall waits,old
85 < select wait syscall waits,old,converted | res:ERRNO
86 > lseek file syscall uses,old,converted | fd:FD offset:UINT64 whence:ENUMFLAGS8=lseek_whence
87 < lseek file syscall uses,converted | res:ERRNO fd:FD offset:UINT64 whence:ENUMFLAGS8=lseek_whence
88 > llseek file syscall uses,old,converted | fd:FD offset:UINT64 whence:ENUMFLAGS8=lseek_whence
89 < llseek file syscall uses,converted | res:ERRNO fd:FD offset:UINT64 whence:ENUMFLAGS8=lseek_whence
90 > ioctl io-other syscall uses,old,converted | fd:FD request:UINT64/hex
91 < ioctl io-other syscall uses,old,converted | res:ERRNO
92 > getcwd file syscall old
93 < getcwd file syscall - | res:ERRNO path:CHARBUF
94 > chdir file syscall state,old
95 < chdir file syscall state | res:ERRNO path:CHARBUF
96 > fchdir file syscall uses,state,old,converted | fd:FD/na
97 < fchdir file syscall uses,state,converted | res:ERRNO fd:FD/na
98 > mkdir file syscall old,converted | path:FSPATH mode:UINT32/hex
99 < mkdir file syscall old,converted | res:ERRNO
100 > rmdir file syscall old,converted | path:FSPATH
101 < rmdir file syscall old,converted | res:ERRNO
102 > openat file syscall creates,state,old,converted | dirfd:FD name:CHARBUF flags:FLAGS32/hex=file_flags mode:UINT32/oct
103 < openat file syscall creates,state,old,converted | fd:FD
104 > link file syscall old,converted | oldpath:FSPATH newpath:FSPATH
105 < link file syscall old,converted | res:ERRNO
106 > linkat file syscall old,converted | olddir:FD oldpath:CHARBUF newdir:FD newpath:CHARBUF
107 < linkat file syscall old,converted | res:ERRNO
108 > unlink file syscall old,converted | path:FSPATH
109 < unlink file syscall old,converted | res:ERRNO
110 > unlinkat file syscall old,converted | dirfd:FD name:CHARBUF
111 < unlinkat file syscall old,converted | res:ERRNO
112 > pread io-read syscall uses,reads,old,converted | fd:FD size:UINT32 pos:UINT64
113 < pread io-read syscall uses,reads,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 pos:UINT64
114 > pwrite io-write syscall uses,writes,old,converted | fd:FD size:UINT32 pos:UINT64
115 < pwrite io-write syscall uses,writes,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 pos:UINT64
116 > readv io-read syscall uses,reads,old,converted | fd:FD
117 < readv io-read syscall uses,reads,converted | res:ERRNO size:UINT32 data:BYTEBUF fd:FD
118 > writev io-write syscall uses,writes,old,converted | fd:FD size:UINT32
119 < writev io-write syscall uses,writes,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32
120 > preadv io-read syscall uses,reads,old,converted | fd:FD pos:UINT64
121 < preadv io-read syscall uses,reads,converted | res:ERRNO size:UINT32 data:BYTEBUF fd:FD pos:UINT64
122 > pwritev io-write syscall uses,writes,old,converted | fd:FD size:UINT32 pos:UINT64
123 < pwritev io-write syscall uses,writes,converted | res:ERRNO data:BYTEBUF fd:FD size:UINT32 pos:UINT64
124 > dup io-other syscall creates,uses,state,old,converted | fd:FD
125 < dup io-other syscall creates,uses,state,old,converted | res:FD
126 > signalfd signal syscall creates,state,old,converted | fd:FD mask:UINT32/hex flags:UINT8/hex
127 < signalfd signal syscall creates,state,converted | res:FD fd:FD mask:UINT32/hex flags:UINT8/hex
128 > kill signal syscall old,converted | pid:PID sig:SIGTYPE
129 < kill signal syscall converted | res:ERRNO pid:PID sig:SIGTYPE
130 > tkill signal syscall old,converted | tid:PID sig:SIGTYPE
131 < tkill signal syscall converted | res:ERRNO tid:PID sig:SIGTYPE
132 > tgkill signal syscall old,converted | pid:PID tid:PID sig:SIGTYPE
133 < tgkill signal syscall converted | res:ERRNO pid:PID tid:PID sig:SIGTYPE
134 > nanosleep sleep syscall waits,old,converted | interval:RELTIME
135 < nanosleep sleep syscall waits,converted | res:ERRNO interval:RELTIME
136 > timerfd_create time syscall creates,state,old,converted | clockid:UINT8 flags:UINT8/hex
137 < timerfd_create time syscall creates,state,converted | res:FD clockid:UINT8 flags:UINT8/hex
138 > inotify_init ipc syscall creates,state,old,converted | flags:UINT8/hex
139 < inotify_init ipc syscall creates,state,converted | res:FD flags:UINT8/hex
140 > getrlimit process syscall old,converted | resource:ENUMFLAGS8=rlimit_resources
141 < getrlimit process syscall converted | res:ERRNO cur:INT64 max:INT64 resource:ENUMFLAGS8=rlimit_resources
142 > setrlimit process syscall old,converted | resource:ENUMFLAGS8=rlimit_resources
143 < setrlimit process syscall converted | res:ERRNO cur:INT64 max:INT64 resource:ENUMFLAGS8=rlimit_resources
144 > prlimit process syscall old,converted | pid:PID resource:ENUMFLAGS8=rlimit_resources
145 < prlimit process syscall converted | res:ERRNO newcur:INT64 newmax:INT64 oldcur:INT64 oldmax:INT64 pid:INT64 resource:ENUMFLAGS8=rlimit_resources
146 > switch scheduler tracepoint noreset,old,converted | next:PID
147 < NA unknown none unused
148 > drop internal meta noreset | ratio:UINT32
149 < drop internal meta noreset | ratio:UINT32
150 > fcntl io-other syscall uses,state,old,converted | fd:FD cmd:ENUMFLAGS8=fcntl_commands
151 < fcntl io-other syscall uses,state,converted | res:FD fd:FD cmd:ENUMFLAGS8=fcntl_commands arg:UINT64/hex
152 > switch scheduler tracepoint - | next:PID pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32
153 < NA unknown none unused
154 > execve process syscall state,old,converted
155 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32
156 > clone process syscall state,old
157 < clone process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
158 > brk memory syscall old,converted | addr:UINT64/hex
159 < brk memory syscall converted | res:UINT64/hex vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 addr:UINT64/hex
160 > mmap memory syscall uses,old,converted | addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags flags:FLAGS32/hex=mmap_flags fd:FD offset:UINT64
161 < mmap memory syscall uses,converted | res:ERRNO/hex vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags flags:FLAGS32/hex=mmap_flags fd:FD offset:UINT64
162 > mmap2 memory syscall uses,old,converted | addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags flags:FLAGS32/hex=mmap_flags fd:FD pgoffset:UINT64
163 < mmap2 memory syscall uses,converted | res:ERRNO/hex vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags flags:FLAGS32/hex=mmap_flags fd:FD pgoffset:UINT64
164 > munmap memory syscall old,converted | addr:UINT64/hex length:UINT64
165 < munmap memory syscall converted | res:ERRNO vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 addr:UINT64/hex length:UINT64
166 > splice io-other syscall uses,old,converted | fd_in:FD fd_out:FD size:UINT64 flags:FLAGS32/hex=splice_flags
167 < splice io-other syscall uses,converted | res:ERRNO fd_in:FD fd_out:FD size:UINT64 flags:FLAGS32/hex=splice_flags
168 > ptrace process syscall old,converted | request:ENUMFLAGS16=ptrace_requests pid:PID
169 < ptrace process syscall converted | res:ERRNO addr:DYN/hex?ptrace data:DYN/hex?ptrace request:ENUMFLAGS16=ptrace_requests pid:PID
170 > ioctl io-other syscall uses,old,converted | fd:FD request:UINT64/hex argument:UINT64/hex
171 < ioctl io-other syscall uses,converted | res:ERRNO fd:FD request:UINT64/hex argument:UINT64/hex
172 > execve process syscall state,old,converted
173 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 env:BYTEBUF
174 > rename file syscall old
175 < rename file syscall - | res:ERRNO oldpath:FSPATH newpath:FSPATH
176 > renameat file syscall old
177 < renameat file syscall - | res:ERRNO olddirfd:FD oldpath:FSRELPATH@1 newdirfd:FD newpath:FSRELPATH@3
178 > symlink file syscall old
179 < symlink file syscall - | res:ERRNO target:CHARBUF linkpath:FSPATH
180 > symlinkat file syscall old
181 < symlinkat file syscall uses | res:ERRNO target:CHARBUF linkdirfd:FD linkpath:FSRELPATH@2
182 > fork process syscall state,old
183 < fork process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
184 > vfork process syscall state,old
185 < vfork process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
186 > procexit process tracepoint state | status:ERRNO ret:ERRNO sig:SIGTYPE core:UINT8 reaper_tid:PID
187 < NA unknown none unused
188 > sendfile io-write syscall uses,old,converted | out_fd:FD in_fd:FD offset:UINT64 size:UINT64
189 < sendfile io-write syscall uses,converted | res:ERRNO offset:UINT64 out_fd:FD in_fd:FD size:UINT64
190 > quotactl user syscall old,converted | cmd:FLAGS16=quotactl_cmds type:FLAGS8=quotactl_types id:UINT32 quota_fmt:FLAGS8=quotactl_quota_fmts
191 < quotactl user syscall converted | res:ERRNO special:CHARBUF quotafilepath:CHARBUF dqb_bhardlimit:UINT64 dqb_bsoftlimit:UINT64 dqb_curspace:UINT64 dqb_ihardlimit:UINT64 dqb_isoftlimit:UINT64 dqb_btime:RELTIME dqb_itime:RELTIME dqi_bgrace:RELTIME dqi_igrace:RELTIME dqi_flags:FLAGS8=quotactl_dqi_flags quota_fmt_out:FLAGS8=quotactl_quota_fmts cmd:FLAGS16=quotactl_cmds type:FLAGS8=quotactl_types id:UINT32 quota_fmt:FLAGS8=quotactl_quota_fmts
192 > setresuid user syscall state,old,converted | ruid:UID euid:UID suid:UID
193 < setresuid user syscall state,converted | res:ERRNO ruid:UID euid:UID suid:UID
194 > setresgid user syscall state,old,converted | rgid:GID egid:GID sgid:GID
195 < setresgid user syscall state,converted | res:ERRNO rgid:GID egid:GID sgid:GID
196 > scapevent internal meta noreset | event_type:UINT32 event_data:UINT64
197 < NA unknown none unused
198 > setuid user syscall state,old,converted | uid:UID
199 < setuid user syscall state,converted | res:ERRNO uid:UID
200 > setgid user syscall state,old,converted | gid:GID
201 < setgid user syscall state,converted | res:ERRNO gid:GID
202 > getuid user syscall old
203 < getuid user syscall - | uid:UID
204 > geteuid user syscall old
205 < geteuid user syscall - | euid:UID
206 > getgid user syscall old
207 < getgid user syscall - | gid:GID
208 > getegid user syscall old
209 < getegid user syscall - | egid:GID
210 > getresuid user syscall old
211 < getresuid user syscall - | res:ERRNO ruid:UID euid:UID suid:UID
212 > getresgid user syscall old
213 < getresgid user syscall - | res:ERRNO rgid:GID egid:GID sgid:GID
214 > execve process syscall state,old,converted
215 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF env:BYTEBUF
216 > clone process syscall state,old
217 < clone process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
218 > fork process syscall state,old
219 < fork process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
220 > vfork process syscall state,old
221 < vfork process syscall state,old,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32
222 > clone process syscall state,old
223 < clone process syscall state,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32 vtid:PID vpid:PID pidns_init_start_ts:UINT64
224 > fork process syscall state,old
225 < fork process syscall state,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32 vtid:PID vpid:PID pidns_init_start_ts:UINT64
226 > vfork process syscall state,old
227 < vfork process syscall state,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32 vtid:PID vpid:PID pidns_init_start_ts:UINT64
228 > container internal meta state,noreset,old,converted | id:CHARBUF type:UINT32 name:CHARBUF image:CHARBUF
229 < NA unknown none unused
230 > execve process syscall state,old,converted
231 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF env:BYTEBUF
232 > signaldeliver signal tracepoint - | spid:PID dpid:PID sig:SIGTYPE
233 < NA unknown none unused
234 > procinfo internal meta noreset | cpu_usr:UINT64 cpu_sys:UINT64
235 < NA unknown none unused
236 > getdents file syscall uses,old,converted | fd:FD/na
237 < getdents file syscall uses,converted | res:ERRNO fd:FD/na
238 > getdents64 file syscall uses,old,converted | fd:FD/na
239 < getdents64 file syscall uses,converted | res:ERRNO fd:FD/na
240 > setns process syscall uses,old,converted | fd:FD/na nstype:FLAGS32/hex=clone_flags
241 < setns process syscall uses,converted | res:ERRNO fd:FD/na nstype:FLAGS32/hex=clone_flags
242 > flock file syscall uses,old,converted | fd:FD/na operation:FLAGS32/hex=flock_flags
243 < flock file syscall uses,converted | res:ERRNO fd:FD/na operation:FLAGS32/hex=flock_flags
244 > cpu_hotplug system meta state,noreset | cpu:UINT32 action:UINT32
245 < NA unknown none unused
246 > accept net syscall creates,state,old
247 < accept net syscall creates,state | fd:FD tuple:SOCKTUPLE queuepct:UINT8 queuelen:UINT32 queuemax:UINT32
248 > accept net syscall creates,state,old,converted | flags:INT32/hex
249 < accept net syscall creates,state,old,converted | fd:FD tuple:SOCKTUPLE queuepct:UINT8 queuelen:UINT32 queuemax:UINT32
250 > semop process syscall old,converted | semid:INT32
251 < semop process syscall converted | res:ERRNO nsops:UINT32 sem_num_0:UINT16 sem_op_0:INT16 sem_flg_0:FLAGS16/hex=semop_flags sem_num_1:UINT16 sem_op_1:INT16 sem_flg_1:FLAGS16/hex=semop_flags semid:INT32
252 > semctl process syscall old,converted | semid:INT32 semnum:INT32 cmd:FLAGS16/hex=semctl_commands val:INT32
253 < semctl process syscall converted | res:ERRNO semid:INT32 semnum:INT32 cmd:FLAGS16/hex=semctl_commands val:INT32
254 > ppoll wait syscall waits,old,converted | fds:FDLIST/dec timeout:RELTIME sigmask:SIGSET
255 < ppoll wait syscall waits,converted | res:ERRNO fds:FDLIST/dec timeout:RELTIME sigmask:SIGSET
256 > mount file syscall state,old,converted | flags:FLAGS32/hex=mount_flags
257 < mount file syscall state,converted | res:ERRNO dev:CHARBUF dir:FSPATH type:CHARBUF flags:FLAGS32/hex=mount_flags
258 > umount file syscall state,old | flags:FLAGS32/hex=umount_flags
259 < umount file syscall state,old,converted | res:ERRNO name:FSPATH
260 > k8s internal meta state,noreset,old | json:CHARBUF
261 < NA unknown none unused
262 > semget process syscall old,converted | key:INT32/hex nsems:INT32 semflg:FLAGS32/hex=semget_flags
263 < semget process syscall converted | res:ERRNO key:INT32/hex nsems:INT32 semflg:FLAGS32/hex=semget_flags
264 > access file syscall old,converted | mode:FLAGS32/hex=access_flags
265 < access file syscall converted | res:ERRNO name:FSPATH mode:FLAGS32/hex=access_flags
266 > chroot process syscall state,old
267 < chroot process syscall state | res:ERRNO path:FSPATH
268 > tracer other meta old | id:INT64 tags:CHARBUFARRAY args:CHARBUF_PAIR_ARRAY
269 < NA unknown none unused | id:INT64 tags:CHARBUFARRAY args:CHARBUF_PAIR_ARRAY
270 > mesos internal meta state,noreset,old | json:CHARBUF
271 < NA unknown none unused
272 > container process meta state,old,converted | json:CHARBUF
273 < NA unknown none unused
274 > setsid process syscall state,old
275 < setsid process syscall state | res:PID
276 > mkdir file syscall old,converted | mode:UINT32/hex
277 < mkdir file syscall converted | res:ERRNO path:FSPATH mode:UINT32/hex
278 > rmdir file syscall old
279 < rmdir file syscall - | res:ERRNO path:FSPATH
280 > notification other meta noreset | id:CHARBUF/dec desc:CHARBUF
281 < NA unknown none unused
282 > execve process syscall state,old,converted
283 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF env:BYTEBUF tty:INT32
284 > unshare process syscall old,converted | flags:FLAGS32/hex=clone_flags
285 < unshare process syscall converted | res:ERRNO flags:FLAGS32/hex=clone_flags
286 > infra internal meta noreset | source:CHARBUF/dec name:CHARBUF description:CHARBUF scope:CHARBUF
287 < NA unknown none unused
288 > execve process syscall state,old,converted | filename:FSPATH
289 < execve process syscall state,old,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF env:BYTEBUF tty:INT32
290 > page_fault other tracepoint noreset | addr:UINT64/hex ip:UINT64/hex error:FLAGS32/hex=pf_flags
291 < NA unknown none unused
292 > execve process syscall state,old,converted | filename:FSPATH
293 < execve process syscall state,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF env:BYTEBUF tty:UINT32 vpgid:PID loginuid:UID flags:FLAGS32/hex=execve_flags cap_inheritable:UINT64/hex cap_permitted:UINT64/hex cap_effective:UINT64/hex exe_ino:UINT64 exe_ino_ctime:ABSTIME exe_ino_mtime:ABSTIME uid:UID trusted_exepath:FSPATH pgid:PID/na gid:GID filename:FSPATH
294 > setpgid process syscall old,converted | pid:PID pgid:PID
295 < setpgid process syscall converted | res:ERRNO pid:PID pgid:PID
296 > bpf other syscall creates,old,converted | cmd:INT64
297 < bpf other syscall creates,old,converted | res_or_fd:DYN?bpf
298 > seccomp other syscall old,converted | op:UINT64 flags:UINT64/hex
299 < seccomp other syscall converted | res:ERRNO op:UINT64 flags:UINT64/hex
300 > unlink file syscall old
301 < unlink file syscall - | res:ERRNO path:FSPATH
302 > unlinkat file syscall old
303 < unlinkat file syscall uses | res:ERRNO dirfd:FD name:FSRELPATH@1 flags:FLAGS32/hex=unlinkat_flags
304 > mkdirat file syscall old
305 < mkdirat file syscall uses | res:ERRNO dirfd:FD path:FSRELPATH@1 mode:UINT32/hex
306 > openat file syscall creates,state,converted | dirfd:FD name:FSRELPATH@0 flags:FLAGS32/hex=file_flags mode:UINT32/oct
307 < openat file syscall creates,state,converted | fd:FD dirfd:FD name:FSRELPATH@1 flags:FLAGS32/hex=file_flags mode:UINT32/oct dev:UINT32/hex ino:UINT64
308 > link file syscall old
309 < link file syscall - | res:ERRNO oldpath:FSPATH newpath:FSPATH
310 > linkat file syscall old
311 < linkat file syscall - | res:ERRNO olddir:FD oldpath:FSRELPATH@1 newdir:FD newpath:FSRELPATH@3 flags:FLAGS32/hex=linkat_flags
312 > fchmodat file syscall old
313 < fchmodat file syscall uses | res:ERRNO dirfd:FD filename:FSRELPATH@1 mode:MODE/oct=chmod_mode
314 > chmod file syscall old
315 < chmod file syscall - | res:ERRNO filename:FSPATH mode:MODE/oct=chmod_mode
316 > fchmod file syscall old
317 < fchmod file syscall uses | res:ERRNO fd:FD mode:MODE/oct=chmod_mode
318 > renameat2 file syscall old
319 < renameat2 file syscall - | res:ERRNO olddirfd:FD oldpath:FSRELPATH@1 newdirfd:FD newpath:FSRELPATH@3 flags:FLAGS32/hex=renameat2_flags
320 > userfaultfd file syscall creates,state,old
321 < userfaultfd file syscall creates,state | res:ERRNO flags:FLAGS32/hex=file_flags
322 > pluginevent other plugin large | plugin_id:UINT32 event_data:BYTEBUF
323 < NA unknown none unused
324 > container process meta state,large | json:CHARBUF
325 < NA unknown none unused
326 > openat2 file syscall creates,state,converted | dirfd:FD name:FSRELPATH@0 flags:FLAGS32/hex=file_flags mode:UINT32/oct resolve:FLAGS32/hex=openat2_flags
327 < openat2 file syscall creates,state,converted | fd:FD dirfd:FD name:FSRELPATH@1 flags:FLAGS32/hex=file_flags mode:UINT32/oct resolve:FLAGS32/hex=openat2_flags dev:UINT32/hex ino:UINT64
328 > mprotect memory syscall old,converted | addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags
329 < mprotect memory syscall converted | res:ERRNO addr:UINT64/hex length:UINT64 prot:FLAGS32/hex=prot_flags
330 > execveat process syscall state,old,converted | dirfd:FD pathname:FSRELPATH@0 flags:FLAGS32/hex=execveat_flags
331 < execveat process syscall state,converted | res:ERRNO exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:UINT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF env:BYTEBUF tty:UINT32 vpgid:PID loginuid:UID flags:FLAGS32/hex=execve_flags cap_inheritable:UINT64/hex cap_permitted:UINT64/hex cap_effective:UINT64/hex exe_ino:UINT64 exe_ino_ctime:ABSTIME exe_ino_mtime:ABSTIME uid:UID trusted_exepath:FSPATH pgid:PID/na gid:GID
332 > copy_file_range file syscall uses,reads,writes,old,converted | fdin:FD offin:UINT64 len:UINT64
333 < copy_file_range file syscall uses,reads,writes,converted | res:ERRNO fdout:FD offout:UINT64 fdin:FD offin:UINT64 len:UINT64
334 > clone3 process syscall state,old
335 < clone3 process syscall state,converted | res:PID exe:CHARBUF args:BYTEBUF tid:PID pid:PID ptid:PID cwd:CHARBUF fdlimit:INT64 pgft_maj:UINT64 pgft_min:UINT64 vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 comm:CHARBUF cgroups:BYTEBUF flags:FLAGS32/hex=clone_flags uid:UINT32 gid:UINT32 vtid:PID vpid:PID pidns_init_start_ts:UINT64
336 > open_by_handle_at file syscall creates,state,old
337 < open_by_handle_at file syscall creates,state | fd:FD mountfd:FD flags:FLAGS32/hex=file_flags path:FSPATH dev:UINT32/hex ino:UINT64
338 > io_uring_setup io-other syscall creates,state,old
339 < io_uring_setup io-other syscall creates,state | res:ERRNO entries:UINT32 sq_entries:UINT32 cq_entries:UINT32 flags:FLAGS32/hex=io_uring_setup_flags sq_thread_cpu:UINT32 sq_thread_idle:UINT32 features:FLAGS32/hex=io_uring_setup_feats
340 > io_uring_enter io-other syscall old
341 < io_uring_enter io-other syscall uses | res:ERRNO fd:FD to_submit:UINT32 min_complete:UINT32 flags:FLAGS32/hex=io_uring_enter_flags sig:SIGSET
342 > io_uring_register io-other syscall old
343 < io_uring_register io-other syscall uses | res:ERRNO fd:FD opcode:ENUMFLAGS16=io_uring_register_opcodes arg:UINT64/hex nr_args:UINT32
344 > mlock memory syscall old
345 < mlock memory syscall - | res:ERRNO addr:UINT64/hex len:UINT64
346 > munlock memory syscall old
347 < munlock memory syscall - | res:ERRNO addr:UINT64/hex len:UINT64
348 > mlockall memory syscall old
349 < mlockall memory syscall - | res:ERRNO flags:FLAGS32/hex=mlockall_flags
350 > munlockall memory syscall old
351 < munlockall memory syscall - | res:ERRNO
352 > capset process syscall state,old
353 < capset process syscall state | res:ERRNO cap_inheritable:UINT64/hex cap_permitted:UINT64/hex cap_effective:UINT64/hex
354 > useradded process meta state | uid:UINT32 gid:UINT32 name:CHARBUF home:CHARBUF shell:CHARBUF container_id:CHARBUF
355 < NA unknown none unused
356 > userdeleted process meta state | uid:UINT32 gid:UINT32 name:CHARBUF home:CHARBUF shell:CHARBUF container_id:CHARBUF
357 < NA unknown none unused
358 > groupadded process meta state | gid:UINT32 name:CHARBUF container_id:CHARBUF
359 < NA unknown none unused
360 > groupdeleted process meta state | gid:UINT32 name:CHARBUF container_id:CHARBUF
361 < NA unknown none unused
362 > dup2 io-other syscall creates,uses,state,old | fd:FD
363 < dup2 io-other syscall creates,uses,state | res:FD oldfd:FD newfd:FD
364 > dup3 io-other syscall creates,uses,state,old | fd:FD
365 < dup3 io-other syscall creates,uses,state | res:FD oldfd:FD newfd:FD flags:FLAGS32/hex=file_flags
366 > dup io-other syscall creates,uses,state,old | fd:FD
367 < dup io-other syscall creates,uses,state | res:FD oldfd:FD
368 > bpf other syscall creates,old | cmd:INT64
369 < bpf other syscall creates | fd:FD cmd:ENUMFLAGS32=bpf_commands
370 > mlock2 memory syscall old
371 < mlock2 memory syscall - | res:ERRNO addr:UINT64/hex len:UINT64 flags:FLAGS32/hex=mlock2_flags
372 > fsconfig system syscall old
373 < fsconfig system syscall uses | res:ERRNO fd:FD cmd:ENUMFLAGS32=fsconfig_cmds key:CHARBUF value_bytebuf:BYTEBUF value_charbuf:CHARBUF aux:INT32
374 > epoll_create wait syscall creates,state,old,converted | size:INT32
375 < epoll_create wait syscall creates,state,converted | res:ERRNO size:INT32
376 > epoll_create1 wait syscall creates,state,old,converted | flags:FLAGS32/hex=epoll_create1_flags
377 < epoll_create1 wait syscall creates,state,converted | res:ERRNO flags:FLAGS32/hex=epoll_create1_flags
378 > chown file syscall old
379 < chown file syscall - | res:ERRNO path:FSPATH uid:UINT32 gid:UINT32
380 > lchown file syscall old
381 < lchown file syscall - | res:ERRNO path:FSPATH uid:UINT32 gid:UINT32
382 > fchown file syscall old
383 < fchown file syscall uses | res:ERRNO fd:FD uid:UINT32 gid:UINT32
384 > fchownat file syscall old
385 < fchownat file syscall uses | res:ERRNO dirfd:FD pathname:FSRELPATH@1 uid:UINT32 gid:UINT32 flags:FLAGS32/hex=fchownat_flags
386 > umount file syscall state,old
387 < umount file syscall state | res:ERRNO name:FSPATH
388 > accept4 net syscall creates,state,old,converted | flags:INT32/hex
389 < accept4 net syscall creates,state,converted | fd:FD tuple:SOCKTUPLE queuepct:UINT8 queuelen:UINT32 queuemax:UINT32 flags:INT32/hex
390 > umount2 file syscall state,old,converted | flags:FLAGS32/hex=umount_flags
391 < umount2 file syscall state,converted | res:ERRNO name:FSPATH flags:FLAGS32/hex=umount_flags
392 > pipe2 ipc syscall creates,state,old
393 < pipe2 ipc syscall creates,state | res:ERRNO fd1:FD fd2:FD ino:UINT64 flags:FLAGS32/hex=file_flags
394 > inotify_init1 ipc syscall creates,state,old
395 < inotify_init1 ipc syscall creates,state | res:FD flags:FLAGS16/hex=file_flags
396 > eventfd2 ipc syscall creates,state,old,converted | initval:UINT64
397 < eventfd2 ipc syscall creates,state,converted | res:FD flags:FLAGS16/hex=file_flags initval:UINT64
398 > signalfd4 signal syscall creates,state,old,converted | fd:FD mask:UINT32/hex
399 < signalfd4 signal syscall creates,state,converted | res:FD flags:FLAGS16/hex=file_flags fd:FD mask:UINT32/hex
400 > prctl process syscall state,old
401 < prctl process syscall state | res:ERRNO option:ENUMFLAGS32=prctl_options arg2_str:CHARBUF arg2_int:INT64
402 > asyncevent other meta large | plugin_id:UINT32 name:CHARBUF data:BYTEBUF
403 < NA unknown none unused
404 > memfd_create memory syscall creates,state,old
405 < memfd_create memory syscall creates,state | fd:FD name:CHARBUF flags:FLAGS32/hex=memfd_create_flags
406 > pidfd_getfd process syscall creates,state,old
407 < pidfd_getfd process syscall creates,state | fd:FD pid_fd:FD target_fd:FD flags:UINT32/hex
408 > pidfd_open process syscall creates,state,old
409 < pidfd_open process syscall creates,state | fd:FD pid:PID flags:FLAGS32/hex=pidfd_open_flags
410 > init_module other syscall old
411 < init_module other syscall - | res:ERRNO img:BYTEBUF length:UINT64 uargs:CHARBUF
412 > finit_module other syscall old
413 < finit_module other syscall uses,reads | res:ERRNO fd:FD uargs:CHARBUF flags:FLAGS32/hex=finit_module_flags
414 > mknod other syscall old
415 < mknod other syscall - | res:ERRNO path:FSPATH mode:MODE/oct=mknod_mode dev:UINT32
416 > mknodat other syscall old
417 < mknodat other syscall uses | res:ERRNO dirfd:FD path:FSRELPATH@1 mode:MODE/oct=mknod_mode dev:UINT32
418 > newfstatat file syscall old
419 < newfstatat file syscall uses | res:ERRNO dirfd:FD path:FSRELPATH@1 flags:FLAGS32/hex=newfstatat_flags
420 > process_vm_readv ipc syscall old
421 < process_vm_readv ipc syscall - | res:INT64 pid:PID data:BYTEBUF
422 > process_vm_writev ipc syscall old
423 < process_vm_writev ipc syscall - | res:INT64 pid:PID data:BYTEBUF
424 > delete_module other syscall old
425 < delete_module other syscall - | res:ERRNO name:CHARBUF flags:FLAGS32/hex=delete_module_flags
426 > setreuid user syscall state,old
427 < setreuid user syscall state | res:ERRNO ruid:UID euid:UID
428 > setregid user syscall old
429 < setregid user syscall state | res:ERRNO rgid:UID egid:UID
430 > task process iter state | ppid:PID32 pgid:PID32 vpgid:PID32 sid:PID32 comm:CHARBUF argv:CHARBUFARRAY exepath:FSPATH flags:FLAGS32/hex=execve_flags env:CHARBUFARRAY cwd:CHARBUF fdlimit:UINT64 euid:UID egid:GID cap_permitted:UINT64/hex cap_effective:UINT64/hex cap_inheritable:UINT64/hex exe_ino_num:UINT64 exe_ino_ctime:ABSTIME exe_ino_mtime:ABSTIME vm_size:UINT32 vm_rss:UINT32 vm_swap:UINT32 pgft_maj:UINT64 pgft_min:UINT64 vtgid:PID32 vpid:PID32 pidns_init_start_ts:UINT64 cgroups:CHARBUFARRAY root:FSPATH start_time:ABSTIME tty:UINT32 loginuid:UID
431 < NA unknown none unused
432 > task_file_pipe file iter state | fd:FD32 path:FSPATH ino_num:UINT64
433 < NA unknown none unused
434 > task_file_memfd file iter state | fd:FD32 path:FSPATH ino_num:UINT64
435 < NA unknown none unused
436 > task_file_regular file iter state | fd:FD32 path:FSPATH flags:FLAGS32/hex=file_flags mnt_id:UINT32 ino_num:UINT64
437 < NA unknown none unused
438 > task_file_directory file iter state | fd:FD32 path:FSPATH ino_num:UINT64
439 < NA unknown none unused
440 > task_file_socket_inet file iter state | fd:FD32 sk_type:UINT16 sk_proto:UINT16 local_ip:IPV4ADDR/hex local_port:PORT/hex remote_ip:IPV4ADDR/hex remote_port:PORT/hex ino_num:UINT64
441 < NA unknown none unused
442 > task_file_socket_inet6 file iter state | fd:FD32 sk_type:UINT16 sk_proto:UINT16 local_ip:IPV6ADDR/hex local_port:PORT/hex remote_ip:IPV6ADDR/hex remote_port:PORT/hex ino_num:UINT64
443 < NA unknown none unused
444 > task_file_socket_unix file iter state | fd:FD32 sk_type:UINT16 sk_proto:UINT16 sk_pointer:UINT64/na sun_path:FSPATH ino_num:UINT64
445 < NA unknown none unused
446 > task_file_socket_netlink file iter state | fd:FD32 sk_type:UINT16 sk_proto:UINT16 ino_num:UINT64
447 < NA unknown none unused
448 > task_file_anon_inode file iter state | fd:FD32 fd_type:FLAGS8=anon_inode_fd_types path:FSPATH ino_num:UINT64
449 < NA unknown none unused
450 > NA unknown none unused
451 < close_range io-other syscall state | res:ERRNO first:UINT32 last:UINT32 flags:FLAGS32/hex=close_range_flags
452 > NA unknown none unused
453 < keyctl other syscall - | res:ERRNO operation:ENUMFLAGS32=keyctl_operations arg2:DYN?keyctl arg3:DYN?keyctl arg4:DYN?keyctl arg5:DYN?keyctl
`;
