using System.Text;

#pragma warning disable CA1001 // The file goes with the result of the command, which nobody disposes of.
#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Processes;

/// <summary>
/// What a program has written to one pipe: in memory as long as it is as short as answers are, else in a file without a
/// name, which goes with whoever holds it.
/// </summary>
internal sealed class ChildOutput
{
    /// <summary>Characters that are held in memory.</summary>
    public const int MaxInMemory = 16 * 1024 * 1024;

    /// <summary>Characters of a longer text that are shown to people.</summary>
    private const int TailLength = 4096;

    private readonly StringBuilder _text = new();
    private FileStream? _file;

    /// <summary>It is longer than <see cref="MaxInMemory"/>.</summary>
    public bool IsSpilled => _file is not null;

    /// <summary>Characters.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Append(ReadOnlySpan<char> text)
    {
        Length += text.Length;
        if (_file is null && Length > MaxInMemory)
            Spill();
        if (_file is not null)
            Write(text);
        _text.Append(text);
        if (_file is not null && _text.Length > 2 * TailLength)
            _text.Remove(0, _text.Length - TailLength);
    }

    /// <summary>The whole text; of one that lies in a file its end.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Its parts, one after the other; never the whole in memory.</summary>
    public IEnumerable<string> Records(char separator)
    {
        if (_file is null)
        {
            foreach (var whole in _text.ToString().Split(separator))
                yield return whole;
            yield break;
        }

        _file.Flush();
        _file.Position = 0;
        using var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
        var buffer = new char[64 * 1024];
        var record = new StringBuilder();
        int count;
        while ((count = reader.Read(buffer)) > 0)
        {
            var begin = 0;
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] != separator)
                    continue;
                yield return record.Append(buffer, begin, i - begin).ToString();
                record.Clear();
                begin = i + 1;
            }

            record.Append(buffer, begin, count - begin);
        }

        yield return record.ToString();
    }

    private void Spill()
    {
        var path = Path.Combine(Path.GetTempPath(), $"patchtools-{Guid.NewGuid():N}");
        _file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        File.Delete(path);
        foreach (var chunk in _text.GetChunks())
            Write(chunk.Span);
        _text.Remove(0, _text.Length - Math.Min(_text.Length, TailLength));
    }

    private void Write(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[3 * 1024];
        while (text.Length > 0)
        {
            var part = text[..Math.Min(text.Length, 1024)];

            // A character of two halves stays in one piece.
            if (part.Length < text.Length && char.IsHighSurrogate(part[^1]))
                part = part[..^1];
            var count = Encoding.UTF8.GetBytes(part, bytes);
            _file!.Write(bytes[..count]);
            text = text[part.Length..];
        }
    }
}
