using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace PatchTools.Checksums;

/// <summary>
/// SHA-256 by OpenSSL where there is one, and by code of our own (FIPS 180-4) where there is none, a tenth as quick:
/// .NET has no managed one, and a library of ciphers for one function would weigh more than the module.
/// </summary>
public static class Sha256
{
    private const int BlockBytes = 64;

    /// <summary>A multiple of a block, so that only the last part of a stream has a rest.</summary>
    private const int BufferBytes = 4096 * BlockBytes;

    private static readonly uint[] RoundConstants =
    [
        .. Primes(64).Select(prime => FractionBits(Math.Cbrt(prime), prime, power: 3)),
    ];

    private static readonly uint[] InitialState =
    [
        .. Primes(8).Select(prime => FractionBits(Math.Sqrt(prime), prime, power: 2)),
    ];

    /// <returns>32 bytes.</returns>
    public static byte[] Of(ReadOnlySpan<byte> content) =>
        OpenSslLibrary.IsPresent ? SHA256.HashData(content) : Managed(content);

    internal static byte[] Managed(ReadOnlySpan<byte> content)
    {
        Span<uint> state = stackalloc uint[8];
        InitialState.CopyTo(state);
        var whole = content.Length / BlockBytes * BlockBytes;
        for (var at = 0; at < whole; at += BlockBytes)
            Compress(state, content.Slice(at, BlockBytes));
        return Finish(state, content[whole..], content.Length);
    }

    /// <summary>Of everything that is left of a stream.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    internal static byte[] Managed(Stream stream)
    {
        var state = InitialState.ToArray();
        var buffer = new byte[BufferBytes];
        long total = 0;
        while (true)
        {
            var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            total += read;
            var whole = read / BlockBytes * BlockBytes;
            for (var at = 0; at < whole; at += BlockBytes)
                Compress(state, buffer.AsSpan(at, BlockBytes));
            if (read < buffer.Length)
                return Finish(state, buffer.AsSpan(whole, read - whole), total);
        }
    }

    /// <summary>The rest, a one bit, zeros, and the length in bits: one block or two.</summary>
    private static byte[] Finish(Span<uint> state, ReadOnlySpan<byte> rest, long length)
    {
        Span<byte> end = stackalloc byte[2 * BlockBytes];
        end.Clear();
        rest.CopyTo(end);
        end[rest.Length] = 0x80;
        var used = rest.Length < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteUInt64BigEndian(end.Slice(used - 8, 8), (ulong)length * 8);
        for (var at = 0; at < used; at += BlockBytes)
            Compress(state, end.Slice(at, BlockBytes));

        var hash = new byte[32];
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(i * 4), state[i]);
        return hash;
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (var i = 16; i < 64; i++)
        {
            var s0 =
                BitOperations.RotateRight(w[i - 15], 7) ^ BitOperations.RotateRight(w[i - 15], 18) ^ (w[i - 15] >> 3);
            var s1 =
                BitOperations.RotateRight(w[i - 2], 17) ^ BitOperations.RotateRight(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = unchecked(w[i - 16] + s0 + w[i - 7] + s1);
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < 64; i++)
        {
            var s1 =
                BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var first = unchecked(h + s1 + ((e & f) ^ (~e & g)) + RoundConstants[i] + w[i]);
            var s0 =
                BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var second = unchecked(s0 + ((a & b) ^ (a & c) ^ (b & c)));
            (h, g, f, e, d, c, b, a) = (g, f, e, unchecked(d + first), c, b, a, unchecked(first + second));
        }

        uint[] sums = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < sums.Length; i++)
            state[i] = unchecked(state[i] + sums[i]);
    }

    private static IEnumerable<int> Primes(int count) =>
        Enumerable.Range(2, 400).Where(n => Enumerable.Range(2, n - 2).All(d => d * d > n || n % d != 0)).Take(count);

    /// <summary>
    /// The first 32 bits of a root's fraction: the standard defines its constants so. Exact by whole numbers; the
    /// floating root is only where to begin.
    /// </summary>
    private static uint FractionBits(double root, int prime, int power)
    {
        var scaled = new BigInteger(Math.Floor(root * 4294967296.0));
        var target = new BigInteger(prime) << (32 * power);
        while (BigInteger.Pow(scaled, power) > target)
            scaled--;
        while (BigInteger.Pow(scaled + 1, power) <= target)
            scaled++;
        return (uint)(scaled & uint.MaxValue);
    }
}
