using PatchTools.Native;

using var terminal = new Terminal();
return await new ProgramRun(terminal).RunAsync(args);
