using System.Runtime.InteropServices;

namespace PatchTools.Processes;

/// <summary>
/// posix_spawn(3), waitpid(2) and kill(2) for <see cref="ProcessRunner"/>: a child in a session of its own, with files
/// instead of pipes, is not in .NET's reach. .NET's own reaping leaves children alone that it did not start, so waiting
/// for them is ours.
/// </summary>
internal static partial class NativeProcess
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int SpawnSetSignalDefaults = 0x04;
    private const int SpawnSetSignalMask = 0x08;
    private const int SpawnSetSession = 0x80;
    private const int OpenReadOnly = 0;
    private const int OpenAppend = 0x1 | 0x40 | 0x400; // O_WRONLY | O_CREAT | O_APPEND
    private const uint LogMode = 0x180; // 0600
    private const int CallInterrupted = 4; // EINTR

    /// <summary>More than any libc's posix_spawn_file_actions_t, posix_spawnattr_t or sigset_t.</summary>
    private const int OpaqueBytes = 512;

    /// <summary>
    /// Starts the program without a controlling terminal, standard input at its end, signals as a shell would give
    /// them.
    /// </summary>
    /// <param name="fileName">Absolute path.</param>
    /// <param name="arguments">Without the program's own name.</param>
    /// <param name="environment"><c>NAME=VALUE</c>; all there is.</param>
    /// <param name="logPath">Both streams are appended to it.</param>
    /// <param name="statusPath">Open as <see cref="Command.StatusDescriptor"/>; null for none.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="IOException">It cannot be started, or a file cannot be opened.</exception>
    public static unsafe int StartDetached(
        string fileName,
        IReadOnlyList<string> arguments,
        IEnumerable<string> environment,
        string logPath,
        string? statusPath
    )
    {
        if (!Path.IsPathRooted(fileName))
            throw new ArgumentException($"{fileName} is not absolute.", nameof(fileName));
        var opaque = stackalloc byte[OpaqueBytes * 4];
        new Span<byte>(opaque, OpaqueBytes * 4).Clear();
        byte* actions = opaque,
            attributes = opaque + OpaqueBytes,
            none = opaque + (2 * OpaqueBytes),
            all = opaque + (3 * OpaqueBytes);
        Check(InitializeActions(actions));
        Check(InitializeAttributes(attributes));
        using var argv = new NativeStrings([fileName, .. arguments]);
        using var envp = new NativeStrings(environment);
        try
        {
            Check(AddOpen(actions, 0, "/dev/null", OpenReadOnly, 0));
            Check(AddOpen(actions, 1, logPath, OpenAppend, LogMode));
            Check(AddDuplicate(actions, 1, 2));
            if (statusPath is not null)
                Check(AddOpen(actions, Command.StatusDescriptor, statusPath, OpenAppend, LogMode));

            // .NET ignores SIGPIPE, and what is ignored stays so across exec: maintainer scripts would never end in a
            // broken pipeline.
            Check(EmptySet(none));
            Check(EmptySet(all));
            for (var signal = 1; signal < 32; signal++)
            {
                if (signal is not (9 or 19))
                    Check(AddToSet(all, signal));
            }

            Check(SetDefaults(attributes, all));
            Check(SetMask(attributes, none));
            Check(SetFlags(attributes, SpawnSetSession | SpawnSetSignalDefaults | SpawnSetSignalMask));
            Check(Spawn(out var process, fileName, actions, attributes, argv.Pointer, envp.Pointer));
            return process;
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    /// <summary>
    /// Waits on a thread of its own: nothing of the pool is held for the minutes a transaction takes.
    /// </summary>
    /// <returns>The exit code, 128 + signal, or -1 when the process had been waited for elsewhere.</returns>
    public static Task<int> WaitAsync(int process)
    {
        TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            int result,
                status;
            do
            {
                result = WaitFor(process, out status, 0);
            } while (result < 0 && Marshal.GetLastPInvokeError() == CallInterrupted);
            var signal = status & 0x7f;
            var exitCode = signal == 0 ? (status >> 8) & 0xff : 128 + signal;
            ended.SetResult(result < 0 ? -1 : exitCode);
        })
        {
            IsBackground = true,
            Name = "PatchTools transaction",
        };
        thread.Start();
        return ended.Task;
    }

    /// <summary>Sends a signal; a process that has gone is not a failure.</summary>
    public static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    private static void Check(int error)
    {
        if (error != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Spawn(
        out int process,
        string file,
        byte* actions,
        byte* attributes,
        IntPtr argv,
        IntPtr envp
    );

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int AddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int AddDuplicate(byte* actions, int descriptor, int copy);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int EmptySet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int AddToSet(byte* signals, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitFor(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);

    /// <summary>A <c>char *[]</c> that ends with a null pointer.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<IntPtr> _strings;

        public NativeStrings(IEnumerable<string> texts)
        {
            _strings = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
            Pointer = Marshal.AllocHGlobal((_strings.Count + 1) * IntPtr.Size);
            for (var i = 0; i <= _strings.Count; i++)
                Marshal.WriteIntPtr(Pointer, i * IntPtr.Size, i < _strings.Count ? _strings[i] : IntPtr.Zero);
        }

        public IntPtr Pointer { get; }

        public void Dispose()
        {
            foreach (var text in _strings)
                Marshal.FreeCoTaskMem(text);
            Marshal.FreeHGlobal(Pointer);
        }
    }
}
