using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>
/// A directory that PatchTools keeps data in, reached one component at a time from the root and held open: what is done
/// below it is done there, whatever becomes of its path meanwhile. Where root runs, every directory on the way is
/// root's and nobody else can write it, but for those of everybody with the sticky bit, and <c>/var/log</c>, which
/// belongs to a group on Ubuntu: below it no link is followed.
/// </summary>
internal sealed class SafeDirectory : IDisposable
{
    private const int MaxLinks = 40;
    private const int PublicMode = 0x1ED; // 0755

    /// <summary>May be writable by a group: what lies in it is not trusted for that, but looked at.</summary>
    private const string LogDirectory = "/var/log";

    private SafeDirectory(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    public SafeFileHandle Handle { get; }

    /// <summary>As it was asked for; for messages.</summary>
    public string Path { get; }

    /// <summary>A path to it that cannot be led elsewhere, for .NET's own methods; good while this is open.</summary>
    public string HeldPath => Held(Handle);

    /// <summary>As <see cref="HeldPath"/>, of any directory that is open.</summary>
    public static string Held(SafeFileHandle directory) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"/proc/self/fd/{directory.DangerousGetHandle()}"
        );

    /// <param name="path">Absolute.</param>
    /// <param name="isTrusted">Somebody else may own what is on the way: a directory of the package manager's in an
    /// image.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is something else, or somebody else could change what is in it; the message
    /// says what and where.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static SafeDirectory Open(string path, bool isTrusted = false) => Walk(path, null, isTrusted);

    /// <summary>
    /// As <see cref="Open"/>; makes what is missing, with the mode whatever the umask is, and everything above it with
    /// 0755.
    /// </summary>
    public static SafeDirectory Create(string path, UnixFileMode mode, bool isTrusted = false) =>
        Walk(path, mode, isTrusted);

    /// <summary>Opens a file of this directory for reading.</summary>
    /// <exception cref="IOException">It is a link, a FIFO, a device or anything else but a file.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public SafeFileHandle OpenRead(string name) => OpenRegular(name, FileCalls.ReadOnly | FileCalls.NonBlocking, 0);

    /// <summary>Opens or makes a file for reading and writing.</summary>
    /// <exception cref="IOException">It is a link, a FIFO, a device or anything else but a file.</exception>
    public SafeFileHandle OpenOrCreate(string name, UnixFileMode mode) =>
        OpenRegular(name, FileCalls.ReadWrite | FileCalls.Create | FileCalls.NonBlocking, (int)mode);

    /// <summary>Makes a new file.</summary>
    /// <exception cref="IOException">There is one.</exception>
    public SafeFileHandle CreateNew(string name, UnixFileMode mode) =>
        OpenRegular(name, FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive, (int)mode);

    /// <summary>
    /// Fails where a name is something else than a file: nothing of ours, and nothing to be replaced.
    /// </summary>
    /// <exception cref="IOException">It is.</exception>
    public void RequireFileOrNothing(string name)
    {
        if (FileStatus.Of(Handle, name) is { Kind: not FileKind.Regular } status)
            throw NotAFile(name, status);
    }

    public bool Delete(string name) => FileCalls.Unlink(Handle, name, PathOf(name));

    public void Rename(string name, string newName) => FileCalls.Rename(Handle, name, newName, PathOf(newName));

    public void Dispose() => Handle.Dispose();

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private SafeFileHandle OpenRegular(string name, int flags, int mode)
    {
        // Before it is opened: opening a device can do something, and a link is refused with a word of its own.
        RequireFileOrNothing(name);
        var file = FileCalls.Open(Handle, name, flags | FileCalls.NoFollow | FileCalls.NoTerminal, mode, PathOf(name));
        try
        {
            var status = FileStatus.Of(file);
            return status.Kind == FileKind.Regular ? file : throw NotAFile(name, status);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private IOException NotAFile(string name, FileStatus status) =>
        new($"{PathOf(name)} is {Words(status.Kind)} where a file should be; remove it");

    private static SafeDirectory Walk(string path, UnixFileMode? mode, bool isTrusted)
    {
        if (!System.IO.Path.IsPathRooted(path))
            throw new ArgumentException($"{path} is not absolute.", nameof(path));
        var walk = new Steps(path, mode, isTrusted || !Environment.IsPrivilegedProcess);
        try
        {
            while (walk.Next()) { }

            return new SafeDirectory(walk.OpenLast(), path);
        }
        finally
        {
            walk.Dispose();
        }
    }

    private static string Words(FileKind kind) =>
        kind switch
        {
            FileKind.Fifo => "a FIFO",
            FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
            FileKind.Directory => "a directory",
            FileKind.Link => "a link",
            FileKind.Socket => "a socket",
            FileKind.Regular => "a file",
            _ => "something else",
        };

    /// <summary>Where a walk stands.</summary>
    private sealed class Steps : IDisposable
    {
        private readonly Stack<string> _ahead = new();
        private readonly UnixFileMode? _mode;
        private readonly bool _isTrusted;
        private readonly List<(string Path, SafeFileHandle Handle, FileStatus Status)> _behind = [];
        private int _links;

        public Steps(string path, UnixFileMode? mode, bool isTrusted)
        {
            _mode = mode;
            _isTrusted = isTrusted;
            Push(path);
            Enter("/", FileCalls.Open(null, "/", FileCalls.PathOnly | FileCalls.Directory, 0, "/"));
        }

        private (string Path, SafeFileHandle Handle, FileStatus Status) Here => _behind[^1];

        /// <summary>Goes one component on; false at the end.</summary>
        public bool Next()
        {
            if (!_ahead.TryPop(out var name))
                return false;
            if (name == "..")
            {
                if (_behind.Count > 1)
                    Leave();
                return true;
            }

            var path = System.IO.Path.Combine(Here.Path, name);
            var next = OpenOrMake(name, path);
            var status = FileStatus.Of(next);
            if (status.Kind == FileKind.Directory)
            {
                Enter(path, next);
                return true;
            }

            next.Dispose();
            if (status.Kind != FileKind.Link)
                throw new IOException($"{path} is {Words(status.Kind)} where a directory should be");
            Follow(name, path, status);
            return true;
        }

        /// <summary>The directory itself, to be listed and flushed.</summary>
        public SafeFileHandle OpenLast()
        {
            try
            {
                return FileCalls.Open(Here.Handle, ".", FileCalls.ReadOnly | FileCalls.Directory, 0, Here.Path);
            }
            catch (UnauthorizedAccessException) when (_mode is null)
            {
                // A file in it may still be opened by its name.
                return FileCalls.Open(Here.Handle, ".", FileCalls.PathOnly | FileCalls.Directory, 0, Here.Path);
            }
        }

        public void Dispose()
        {
            while (_behind.Count > 0)
                Leave();
        }

        private SafeFileHandle OpenOrMake(string name, string path)
        {
            const int Flags = FileCalls.PathOnly;
            try
            {
                return FileCalls.Open(Here.Handle, name, Flags | FileCalls.NoFollow, 0, path);
            }
            catch (FileNotFoundException e) when (_mode is null)
            {
                throw new DirectoryNotFoundException(e.Message, e);
            }
            catch (FileNotFoundException)
            {
                var mode = _ahead.Count == 0 ? (int)_mode!.Value : PublicMode;
                var isMade = FileCalls.MakeDirectory(Here.Handle, name, mode, path);
                var made = FileCalls.Open(Here.Handle, name, Flags | FileCalls.NoFollow, 0, path);
                if (isMade)
                    SetMode(name, (UnixFileMode)mode, path);
                return made;
            }
        }

        /// <summary>The umask has taken from the mode.</summary>
        private void SetMode(string name, UnixFileMode mode, string path)
        {
            using var directory = FileCalls.Open(
                Here.Handle,
                name,
                FileCalls.ReadOnly | FileCalls.Directory | FileCalls.NoFollow,
                0,
                path
            );
            FileCalls.SetMode(directory, mode, path);
        }

        private void Follow(string name, string path, FileStatus status)
        {
            if (!_isTrusted && Here.Status.OthersMayWrite && !(Here.Status.IsSticky && status.Owner == 0))
                throw new IOException(
                    $"{path} is a link, and others than root can write {Here.Path}: it is not followed"
                );
            if (++_links > MaxLinks || FileCalls.LinkTarget(Here.Handle, name) is not { } target)
                throw new IOException($"{path} is a link that leads nowhere");
            if (System.IO.Path.IsPathRooted(target))
            {
                while (_behind.Count > 1)
                    Leave();
            }

            Push(target);
        }

        private void Enter(string path, SafeFileHandle directory)
        {
            var status = FileStatus.Of(directory);
            _behind.Add((path, directory, status));
            if (_isTrusted)
                return;
            if (status.Owner != 0)
                throw new IOException(
                    $"{path} belongs to user {status.Owner} and not to root, so root keeps nothing in it"
                );
            var isExcepted = path == LogDirectory || (status.IsSticky && _ahead.Count > 0);
            if (status.OthersMayWrite && !isExcepted)
                throw new IOException(
                    $"{path} can be written by others than root (mode 0{Convert.ToString(status.Mode, 8)}), "
                        + $"so root keeps nothing in it"
                );
        }

        private void Leave()
        {
            Here.Handle.Dispose();
            _behind.RemoveAt(_behind.Count - 1);
        }

        private void Push(string path)
        {
            var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (var i = names.Length - 1; i >= 0; i--)
            {
                if (names[i] != ".")
                    _ahead.Push(names[i]);
            }
        }
    }
}
