namespace PatchTools.Commands;
